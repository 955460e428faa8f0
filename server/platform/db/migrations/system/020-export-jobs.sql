-- Exports are tasks. A waiting job contains the id that its export had in a table of its own; `task.former_id` has it.
UPDATE job SET kind = 'task.run', payload = json_object('formerId', payload -> 'exportId', 'of', 'export')
 WHERE kind = 'export.run';

-- Imports are tasks. A waiting job contains the id of its import, which `task.former_id` has.
UPDATE job SET kind = 'task.run', payload = json_object('formerId', payload -> 'importId', 'of', 'import')
 WHERE kind = 'import.run';
UPDATE job SET kind = 'task.undo', payload = json_object('formerId', payload -> 'importId', 'of', 'import')
 WHERE kind = 'import.undo';

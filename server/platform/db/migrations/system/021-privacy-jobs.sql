-- Privacy requests are tasks. A waiting job contains the id that its request had in a table of its own; `task.former_id`
-- has it.
UPDATE job SET kind = 'task.person', payload = json_object('formerId', payload -> 'id', 'of', 'privacy_request')
 WHERE kind = 'privacy.person';

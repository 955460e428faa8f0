-- Bulk actions and audience tasks are run by the same jobs. The id that a waiting job of an audience task names is that
-- of a table which is gone; `task.former_id` has it.
UPDATE job SET kind = 'task.run' WHERE kind = 'contacts.bulk';
UPDATE job SET kind = 'task.undo' WHERE kind = 'contacts.bulk_undo';
UPDATE job SET kind = CASE kind WHEN 'audience.index' THEN 'task.index' ELSE 'task.run' END,
               payload = json_object('formerId', payload -> 'id')
 WHERE kind IN ('audience.task', 'audience.index');

-- The first changes of a dry run or a parked run held values of records in the clear. They are kept as secrets from now on, with the
-- kind 'run' and the run's id as owner, for a week; those that are there go.
UPDATE runs SET result = json_set(result, '$.plan', json((
    SELECT json_group_array(json_set(stream.value, '$.samples', json('[]'))) FROM json_each(runs.result, '$.plan') AS stream)))
WHERE json_type(result, '$.plan') = 'array';

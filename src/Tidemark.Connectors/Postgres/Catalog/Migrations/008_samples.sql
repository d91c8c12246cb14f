-- As the SQLite migration of this number leaves it; comments on what is in it are there.
UPDATE runs SET result = jsonb_set(result::jsonb, '{plan}', (
    SELECT coalesce(jsonb_agg(jsonb_set(stream.value, '{samples}', '[]') ORDER BY stream.ordinality), '[]')
    FROM jsonb_array_elements(result::jsonb -> 'plan') WITH ORDINALITY AS stream))::text
WHERE jsonb_typeof(result::jsonb -> 'plan') = 'array';

-- $1: the learner; $2: milliseconds, $3: now. What the learner said up to then is not recorded again.
INSERT INTO erasures (learner, until_ms, erased_at)
VALUES (sha256(convert_to($1::text, 'UTF8')), $2, $3)
ON CONFLICT (learner) DO UPDATE
SET until_ms = greatest(erasures.until_ms, excluded.until_ms), erased_at = excluded.erased_at;

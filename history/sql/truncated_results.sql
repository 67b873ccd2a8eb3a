-- $1: the learner. How many of the learner's results were dropped to keep the bound.
SELECT coalesce((SELECT results FROM truncated_learners WHERE user_id = $1), 0);

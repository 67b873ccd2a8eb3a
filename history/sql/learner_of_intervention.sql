-- $1: an intervention's id. The learner for whom it was raised; no row: it is not recorded.
SELECT user_id FROM interventions WHERE intervention_id = $1;

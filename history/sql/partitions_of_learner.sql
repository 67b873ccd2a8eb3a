-- $1: the learner; $2: the chat topic. Partitions in which the learner's messages stood.
SELECT source_partition FROM messages WHERE user_id = $1 AND source_topic = $2
UNION
SELECT source_partition FROM results WHERE user_id = $1 AND source_topic = $2
UNION
SELECT source_partition FROM interventions WHERE user_id = $1 AND source_topic = $2;

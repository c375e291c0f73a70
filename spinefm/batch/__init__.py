"""Many films at once: a plan, shards that processes or machines compute, and three tables of all of them.

A batch is a folder. `plan` decides once what is run and how; `shard` computes a part of it, whole or not at all;
`runners` spread the shards; `merge` joins them into the tables that `tables` describes and reads.
"""

-- Indexes that every turn paid for and nobody read.
--
-- Only memories and facts are followed from turn to turn. What else has changed is asked for by a backup or a move,
-- which has just read all of a person's records anyway; it looks through those of the kind. The order by time of what a
-- person has only a few of is made when it is asked for.

DROP INDEX interaction_by_change;
DROP INDEX statement_by_change;
DROP INDEX access_by_change;
DROP INDEX companion_by_change;
DROP INDEX companion_by_time;
DROP INDEX thread_by_change;
DROP INDEX job_by_change;
DROP INDEX job_by_time;

-- Where each memory is in the order of changes stands in the index by time. With an index of its own every memory that
-- is written cost two pages more: a fifth of all that turns write.
--
-- What the last commits have touched is at hand without a query. Who follows from further back has to read most of a
-- person's memories anyway, and looks through this index once for a page.

DROP INDEX memory_by_change;
DROP INDEX memory_by_time;
CREATE INDEX memory_by_time ON memory (partition, at, id, seq);

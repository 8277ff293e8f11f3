-- In which time zone the people of a task's campaign live; null of a row that an older release wrote, which meant UTC.
alter table tasks add column time_zone text;

-- name: put_file
-- Says that a file is kept, unless it is; who waits here for another upload of it sees how that one ended.
insert into files (creator_id, sha256, media_type, size, part_size) values ($1, $2, $3, $4, $5)
on conflict (creator_id, sha256) do nothing
returning true;

-- name: put_file_part
-- A part of a file, sealed.
insert into file_parts (creator_id, sha256, nth, content) values ($1, $2, $3, $4);

-- name: get_file
-- What is known of a file.
select media_type, size, part_size from files where creator_id = $1 and sha256 = $2;

-- name: get_file_part
-- A part of a file, sealed.
select content from file_parts where creator_id = $1 and sha256 = $2 and nth = $3;

-- name: bytes_of_creator
-- How much a creator's files have in all, in bytes.
select coalesce(sum(size), 0)::bigint from files where creator_id = $1;

-- name: forget_files
-- Drops what is in a creator's files; that there were some, of which size, stays.
delete from file_parts where creator_id = $1;

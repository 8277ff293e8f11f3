-- name: put_document
-- Keeps a document under its hash; the same content again changes nothing.
insert into documents (sha256, media_type, content, creator_id) values ($1, $2, $3, $4) on conflict (sha256) do nothing;

-- name: get_document
-- The document with this hash.
select media_type, content, creator_id from documents where sha256 = $1;

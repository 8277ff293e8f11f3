-- name: put_document
-- Keeps a document under its hash; the same content again changes nothing.
insert into documents (sha256, media_type, content) values ($1, $2, $3) on conflict (sha256) do nothing;

-- name: get_document
-- The document with this hash.
select sha256, media_type, content from documents where sha256 = $1;

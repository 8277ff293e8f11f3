-- What a sample of a creator's followers said of the whole audience. Beside the profile, which every import replaces.
alter table creators add column audience jsonb;
alter table creators drop constraint erased_for_good;
alter table creators add constraint erased_for_good
check (erased_at is null or (opted_out and profile = '{}' and audience is null));

-- Its server_id: who is found under it at another address, and is not where it was, has moved.
alter table replica_found add column number integer not null default 0;

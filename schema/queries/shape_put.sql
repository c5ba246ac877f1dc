-- A schema by its fingerprint; the same one twice is the same.
insert into shape (fingerprint, content)
values (:fingerprint, :content)
on conflict (fingerprint) do nothing

-- The schema with this fingerprint.
select content
from shape
where fingerprint = :fingerprint

-- Releases whose checksum (lower-case hex) begins so; two are enough to see that it is not one.
select *
from release
where checksum >= :prefix and checksum < :prefix || 'g'
limit 2

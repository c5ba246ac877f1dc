-- A tenant says that a daemon with this epoch was there: the next start comes after it.
update started
set epoch = :epoch
where epoch < :epoch

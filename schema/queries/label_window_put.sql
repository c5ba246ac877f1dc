-- What is set for a label, new or instead of what was.
insert or replace into label_window (label, window, freeze_from, freeze_until, freeze_reason)
values (:name, :window, :freeze_from, :freeze_until, :freeze_reason)

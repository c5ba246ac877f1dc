-- What is set for a label.
select 'label' as scope, 0 as id, label as name, window, freeze_from, freeze_until, freeze_reason
from label_window
where label = :name

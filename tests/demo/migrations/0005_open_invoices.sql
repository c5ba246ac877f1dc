CREATE OR REPLACE VIEW open_invoices AS
SELECT v.id, v.number, v.due_on, o.customer_id, o.total_cents
FROM invoices AS v
JOIN orders AS o ON o.id = v.order_id
WHERE NOT EXISTS (SELECT 1 FROM payments AS p WHERE p.invoice_id = v.id);

-- What an order costs, once summed over its items on every page, now lies in its row.
ALTER TABLE orders ADD COLUMN total_cents BIGINT UNSIGNED NOT NULL DEFAULT 0;
UPDATE orders
JOIN (
	SELECT i.order_id, SUM(i.quantity * p.price_cents) AS cents
	FROM order_items AS i JOIN products AS p ON p.id = i.product_id
	GROUP BY i.order_id
) AS sums ON sums.order_id = orders.id
SET orders.total_cents = sums.cents;

-- From now on the totals follow the items.
DELIMITER //
CREATE TRIGGER order_items_added AFTER INSERT ON order_items FOR EACH ROW
BEGIN
	UPDATE orders SET total_cents = total_cents + NEW.quantity *
		(SELECT price_cents FROM products WHERE id = NEW.product_id)
	WHERE id = NEW.order_id;
END//
CREATE TRIGGER order_items_removed AFTER DELETE ON order_items FOR EACH ROW
BEGIN
	UPDATE orders SET total_cents = total_cents - OLD.quantity *
		(SELECT price_cents FROM products WHERE id = OLD.product_id)
	WHERE id = OLD.order_id;
END//
DELIMITER ;

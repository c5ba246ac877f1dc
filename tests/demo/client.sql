-- One client's database, as an invoicing application of some age may have it: eight
-- tables with rows. seq_1_to_N is MariaDB's sequence engine.
create table customers (
	id int unsigned not null auto_increment primary key,
	email varchar(190) not null,
	name varchar(120) not null,
	country char(2) not null,
	created_at datetime not null,
	unique key email (email)
);
create table addresses (
	id int unsigned not null auto_increment primary key,
	customer_id int unsigned not null,
	street varchar(120) not null,
	city varchar(80) not null,
	foreign key (customer_id) references customers (id) on delete cascade
);
create table products (
	id int unsigned not null auto_increment primary key,
	sku varchar(40) not null,
	title varchar(120) not null,
	price_cents int unsigned not null,
	unique key sku (sku)
);
create table orders (
	id int unsigned not null auto_increment primary key,
	customer_id int unsigned not null,
	state enum('new', 'paid', 'shipped', 'cancelled') not null,
	placed_at datetime not null,
	foreign key (customer_id) references customers (id)
);
create table order_items (
	id int unsigned not null auto_increment primary key,
	order_id int unsigned not null,
	product_id int unsigned not null,
	quantity int unsigned not null,
	foreign key (order_id) references orders (id) on delete cascade,
	foreign key (product_id) references products (id)
);
create table invoices (
	id int unsigned not null auto_increment primary key,
	order_id int unsigned not null,
	number varchar(40) not null,
	due_on date not null,
	unique key number (number),
	foreign key (order_id) references orders (id)
);
create table payments (
	id int unsigned not null auto_increment primary key,
	invoice_id int unsigned not null,
	cents int unsigned not null,
	paid_at datetime not null,
	foreign key (invoice_id) references invoices (id)
);
create table sessions (
	token char(32) not null primary key,
	customer_id int unsigned not null,
	seen_at datetime not null,
	key seen_at (seen_at)
);

insert into customers (email, name, country, created_at)
select concat('c', seq, '@example.org'), concat('Customer ', seq),
	elt(1 + seq % 4, 'DE', 'FR', 'PL', 'PT'), '2020-01-01' + interval seq day
from seq_1_to_60;
insert into addresses (customer_id, street, city)
select seq, concat('Street ', seq), concat('City ', seq % 7) from seq_1_to_60;
insert into products (sku, title, price_cents)
select concat('P-', seq), concat('Product ', seq), 100 * seq from seq_1_to_30;
insert into orders (customer_id, state, placed_at)
select 1 + seq % 60, 1 + seq % 4, '2024-01-01' + interval seq hour from seq_1_to_120;
insert into order_items (order_id, product_id, quantity)
select 1 + seq % 120, 1 + seq % 30, 1 + seq % 3 from seq_1_to_240;
insert into invoices (order_id, number, due_on)
select id, concat('2024-', id), date(placed_at) + interval 14 day from orders
where state in ('paid', 'shipped');
insert into payments (invoice_id, cents, paid_at)
select id, 100 * id, due_on from invoices where id % 3 > 0;
insert into sessions (token, customer_id, seen_at)
select md5(seq), 1 + seq % 60, '2024-06-01' + interval seq minute from seq_1_to_40;

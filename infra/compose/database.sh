# Run once by PostgreSQL's image, when its volume is empty: a database that linli owns without
# being superuser. linli makes its schemas itself.
psql -v ON_ERROR_STOP=1 --username postgres --dbname postgres \
  -v password="$DATABASE_PASSWORD" <<'SQL'
create role linli login password :'password';
create database linli owner linli;
revoke all on database linli from public;
SQL

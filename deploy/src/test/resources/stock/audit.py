# Looks through the database of transactions.py: fails when it is not consistent, else prints each thread and how many
# transactions it has committed.
import sqlite3

db = sqlite3.connect('/var/tmp/transactions.db', timeout=60)
assert db.execute('PRAGMA integrity_check').fetchone() == ('ok',)
for thread, total, count, highest in db.execute(
        'SELECT thread, total, count(*), max(number) FROM entries JOIN totals USING (thread) GROUP BY thread'):
    assert count == highest, f'thread {thread}: {count} entries, the highest is {highest}'
    assert total == count * (count + 1) // 2, f'thread {thread}: {total} after {count} entries'
    print(thread, count)

# Four threads, each with its own connection to one SQLite database in WAL mode: every transaction appends a number and
# raises the thread's total, and is printed when it is committed.
import sqlite3, threading, time

FILE = '/var/tmp/transactions.db'
with sqlite3.connect(FILE) as db:
    db.execute('PRAGMA journal_mode = WAL')
    db.execute('CREATE TABLE entries (thread INTEGER, number INTEGER, PRIMARY KEY (thread, number))')
    db.execute('CREATE TABLE totals (thread INTEGER PRIMARY KEY, total INTEGER)')
    db.executemany('INSERT INTO totals VALUES (?, 0)', [(i,) for i in range(4)])


def work(thread):
    db = sqlite3.connect(FILE, timeout=60, isolation_level=None)
    number = 0
    while True:
        number += 1
        db.execute('BEGIN IMMEDIATE')
        db.execute('INSERT INTO entries VALUES (?, ?)', (thread, number))
        db.execute('UPDATE totals SET total = total + ? WHERE thread = ?', (number, thread))
        db.execute('COMMIT')
        print(f'{thread} {number}\n', end='', flush=True)
        time.sleep(0.05)


for i in range(4):
    threading.Thread(target=work, args=(i,)).start()

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// Table is the table of objects in a database. It is safe for concurrent use, by several processes too.
type Table struct {
	db   *sql.DB
	lock string // what makes a SELECT hold its row until the transaction ends
}

const schema = `CREATE TABLE IF NOT EXISTS objects (
	bucket        TEXT    NOT NULL,
	region        TEXT    NOT NULL,
	key           TEXT    NOT NULL,
	present       BOOLEAN NOT NULL,
	version       TEXT    NOT NULL,
	etag          TEXT    NOT NULL,
	size          BIGINT  NOT NULL,
	content_type  TEXT    NOT NULL,
	storage_class TEXT    NOT NULL,
	event_time    BIGINT  NOT NULL,
	event_id      TEXT    NOT NULL,
	revision      BIGINT  NOT NULL,
	PRIMARY KEY (bucket, key)
)`

// Open opens the database and makes the table if it is not there. A dsn that begins with postgres:// is a PostgreSQL server's, any
// other an SQLite file's.
func Open(ctx context.Context, dsn string) (*Table, error) {
	t, connections := &Table{}, 4
	var err error
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		t.lock = " FOR UPDATE"
		t.db, err = sql.Open("pgx", dsn)
	} else {
		t.db, err = sql.Open("sqlite", sqliteDSN(dsn))
		connections = 1
	}
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	t.db.SetMaxOpenConns(connections)
	if _, err := t.db.ExecContext(ctx, schema); err != nil {
		// Two instances that start together may both find no table: PostgreSQL then refuses the second.
		if _, again := t.db.ExecContext(ctx, schema); again != nil {
			return nil, errors.Join(fmt.Errorf("make the table: %w", err), t.db.Close())
		}
	}
	return t, nil
}

// sqliteDSN adds what several writers need: transactions that take the write lock at once, and patience to wait for it.
func sqliteDSN(dsn string) string {
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(20000)", "journal_mode(WAL)", "synchronous(NORMAL)"}}.Encode()
	if strings.Contains(dsn, "?") {
		return dsn + "&" + options
	}
	return dsn + "?" + options
}

// Close closes the database.
func (t *Table) Close() error { return t.db.Close() }

// Prune forgets objects that were removed before a time.
func (t *Table) Prune(ctx context.Context, before time.Time) error {
	_, err := t.db.ExecContext(ctx, `DELETE FROM objects WHERE NOT present AND event_time < $1`, before.Unix())
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	return nil
}

// What Merge did.
const (
	merged = "merged"
	late   = "late" // the table knows a later event, or this one already
	asked  = "asked the bucket"
)

// Merge brings what an event says into the table, if it is later than what the table has. If that cannot be told, or mustAsk is
// set, the bucket is asked what is there now, outside the transaction. If another event came in between, the answer may be
// older than that: then it starts again.
func (t *Table) Merge(ctx context.Context, got Row, mustAsk bool, ask func(context.Context) (Row, error)) (string, error) {
	for {
		var seen int64
		what := ""
		err := t.update(ctx, got, func(have Row, revision int64) (Row, bool) {
			seen = revision
			switch o := compare(got, have); {
			case o == older:
				what = late
			case o == newer && !mustAsk:
				what = merged
			}
			return got, what == merged
		})
		if err != nil || what != "" {
			return what, err
		}
		now, err := ask(ctx)
		if err != nil {
			return "", fmt.Errorf("ask the bucket: %w", err)
		}
		err = t.update(ctx, now, func(have Row, revision int64) (Row, bool) {
			if revision == seen {
				what = asked
			}
			now.Event, now.Time = "", got.Time
			if have.Time.After(got.Time) {
				now.Time = have.Time
			}
			return now, revision == seen
		})
		if err != nil || what != "" {
			return what, err
		}
	}
}

// update calls f with the row of a key and its revision, in a transaction that no other of this row runs beside, and stores what f
// returns if it says so.
func (t *Table) update(ctx context.Context, id Row, f func(have Row, revision int64) (Row, bool)) (err error) {
	tx, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreDone(tx.Rollback()))
		}
	}()
	// A row that is not there cannot be locked, so one that is older than any event is put there first.
	if _, err := tx.ExecContext(ctx, `INSERT INTO objects VALUES ($1, $2, $3, FALSE, '', '', 0, '', '', $4, '', 0)
		ON CONFLICT (bucket, key) DO NOTHING`, id.Bucket, id.Region, id.Key, int64(never)); err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	have, revision := Row{Bucket: id.Bucket, Key: id.Key}, int64(0)
	var unix int64
	if err := tx.QueryRowContext(ctx, `SELECT present, version, event_time, event_id, revision FROM objects WHERE bucket = $1 AND key = $2`+t.lock,
		id.Bucket, id.Key).Scan(&have.Present, &have.Version, &unix, &have.Event, &revision); err != nil {
		return fmt.Errorf("select: %w", err)
	}
	have.Time = time.Unix(unix, 0)
	row, store := f(have, revision)
	if !store {
		return tx.Rollback()
	}
	if _, err := tx.ExecContext(ctx, `UPDATE objects SET region = $3, present = $4, version = $5, etag = $6, size = $7, content_type = $8,
		storage_class = $9, event_time = $10, event_id = $11, revision = revision + 1 WHERE bucket = $1 AND key = $2`,
		row.Bucket, row.Key, row.Region, row.Present, text(row.Version), text(row.ETag), row.Size, text(row.ContentType), text(row.StorageClass),
		row.Time.Unix(), text(row.Event)); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// never is the time of a row that no event has written yet.
const never = -1 << 60

// text leaves out what PostgreSQL cannot keep.
func text(s string) string { return strings.ReplaceAll(s, "\x00", "") }

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

//go:build !linux

package main

import "errors"

func startPostgres() (dsn string, stop func(), err error) {
	return "", nil, errors.New("no PostgreSQL: set DBSYNC_POSTGRES to the DSN of a server")
}

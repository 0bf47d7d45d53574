// Package scftest is a fake of Tencent Cloud's Serverless Cloud Function (SCF) service for tests and offline work: the API 3.0
// with its signatures, functions run in this process or as processes, the asynchronous queue with retries and dead letters,
// COS and timer triggers, and logs.
package scftest

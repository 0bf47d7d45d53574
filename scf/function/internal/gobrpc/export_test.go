package gobrpc

// ErrOwnType lets the fuzz test tell what the reader refuses on purpose.
var ErrOwnType = errOwnType

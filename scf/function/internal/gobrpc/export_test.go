package gobrpc

// ErrOwnType and ErrTwoKinds let the fuzz test tell what the reader refuses on purpose.
var (
	ErrOwnType  = errOwnType
	ErrTwoKinds = errTwoKinds
	ErrElements = errElements
)

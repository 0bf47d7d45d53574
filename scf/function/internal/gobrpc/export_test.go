package gobrpc

// ErrInternalType and ErrTwoKinds let the fuzz test tell what the reader refuses on purpose.
var (
	ErrInternalType = errInternalType
	ErrTwoKinds     = errTwoKinds
	ErrElements     = errElements
)

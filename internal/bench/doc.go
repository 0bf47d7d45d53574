// Package bench measures this module beside other libraries and beside floors written here, in one run on one machine.
//
// It is a module of its own so that nothing it compares with reaches those who import the SDK. Run one part, for example
//
//	go test -run '^$' -bench Decode -benchmem
//
// and compare the figures of that run with one another: figures of different runs or machines do not compare.
package bench

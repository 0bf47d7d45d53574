package scftest

func clsActions() map[string]action { return map[string]action{} }

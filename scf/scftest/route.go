package scftest

func (s *Server) route(a *alias, routingKey string) string { return "" }

package event

// Field is one entry of [Fields].
type Field struct{ Name, Value string }

// Fields is an object of strings on the wire: cosObject.meta and requestHeaders. It keeps the wire's order. Names are told apart
// exactly as they are written: upper and lower case differ. Of entries with the same name the last counts.
//
// Get, Lookup and Map read; Set and Del change the list that they are called on and no copy of it. The list may as well be
// written as a literal, ranged over and appended to.
type Fields []Field

// Get returns the value of a name, "" if there is none.
func (f Fields) Get(name string) string {
	v, _ := f.Lookup(name)
	return v
}

// Lookup returns the value of a name and whether there is one.
func (f Fields) Lookup(name string) (value string, ok bool) {
	for i := len(f) - 1; i >= 0; i-- {
		if f[i].Name == name {
			return f[i].Value, true
		}
	}
	return "", false
}

// Map returns the fields as a map, nil if f is nil.
func (f Fields) Map() map[string]string {
	if f == nil {
		return nil
	}
	m := make(map[string]string, len(f))
	for _, e := range f {
		m[e.Name] = e.Value
	}
	return m
}

// Set gives a name a value: in the place of the name's first entry, further ones go, else at the end.
func (f *Fields) Set(name, value string) {
	out := make(Fields, 0, len(*f)+1)
	found := false
	for _, e := range *f {
		if e.Name == name {
			if found {
				continue
			}
			e.Value, found = value, true
		}
		out = append(out, e)
	}
	if !found {
		out = append(out, Field{name, value})
	}
	*f = out
}

// Del removes all entries of a name.
func (f *Fields) Del(name string) {
	if _, ok := f.Lookup(name); !ok {
		return
	}
	out := make(Fields, 0, len(*f)-1)
	for _, e := range *f {
		if e.Name != name {
			out = append(out, e)
		}
	}
	*f = out
}

// appendFields writes an object of strings.
func appendFields(b []byte, f Fields) []byte {
	b = append(b, '{')
	for i := range f {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, f[i].Name)
		b = append(b, ':')
		b = appendText(b, f[i].Value)
	}
	return append(b, '}')
}

package costest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

const xmlHeader = "<?xml version='1.0' encoding='utf-8' ?>\n"

// appendElement appends <name>text</name>. Control characters go out as they are, as the service sends them (the official
// client has a parser of its own for that case); encoding-type=url is how clients avoid them.
func appendElement(dst []byte, name, text string) []byte {
	dst = append(dst, '<')
	dst = append(dst, name...)
	dst = append(dst, '>')
	dst = appendText(dst, text)
	dst = append(dst, '<', '/')
	dst = append(dst, name...)
	return append(dst, '>')
}

func appendInt(dst []byte, name string, n int64) []byte {
	dst = append(dst, '<')
	dst = append(dst, name...)
	dst = append(dst, '>')
	dst = strconv.AppendInt(dst, n, 10)
	dst = append(dst, '<', '/')
	dst = append(dst, name...)
	return append(dst, '>')
}

func appendBool(dst []byte, name string, v bool) []byte {
	return appendElement(dst, name, strconv.FormatBool(v))
}

// appendText appends s with the characters that XML gives a meaning escaped.
func appendText(dst []byte, s string) []byte {
	if !strings.ContainsAny(s, "&<>\r") {
		return append(dst, s...)
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '\r':
			dst = append(dst, "&#13;"...) // a parser would make a line feed of it
		default:
			dst = append(dst, s[i])
		}
	}
	return dst
}

// maxXML bounds the body of a request that is XML: 1,000 keys of 850 bytes, escaped, and some.
const maxXML = 4 << 20

// readXML reads a request's body and decodes it into v, whose element must be root. Document type declarations are refused:
// no client sends one, and entities are what XML bombs are made of.
func (c *call) readXML(root string, v any) ([]byte, error) {
	raw, err := c.readSmall(maxXML)
	if err != nil {
		return nil, err
	}
	return raw, decodeXML(raw, root, v)
}

func decodeXML(raw []byte, root string, v any) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return errMissingBody
	}
	if bytes.Contains(raw, []byte("<!DOCTYPE")) || bytes.Contains(raw, []byte("<!ENTITY")) {
		return errMalformedXML
	}
	d := xml.NewDecoder(bytes.NewReader(raw))
	start, err := firstElement(d)
	if err != nil || start.Name.Local != root {
		return errMalformedXML
	}
	if err := d.DecodeElement(v, &start); err != nil {
		return errMalformedXML
	}
	for {
		switch t, err := d.Token(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errMalformedXML
		default:
			if _, ok := t.(xml.StartElement); ok {
				return errMalformedXML
			}
		}
	}
}

func firstElement(d *xml.Decoder) (xml.StartElement, error) {
	for {
		t, err := d.Token()
		if err != nil {
			return xml.StartElement{}, err
		}
		if e, ok := t.(xml.StartElement); ok {
			return e, nil
		}
	}
}

// readSmall reads a body that is kept whole while it is looked at, checking its length and its digest.
func (c *call) readSmall(limit int64) ([]byte, error) {
	if err := c.needLength(); err != nil {
		return nil, err
	}
	want, err := c.contentMD5()
	if err != nil {
		return nil, err
	}
	u, err := receive(c.body(), c.r.ContentLength, limit, &memSink{known: c.r.ContentLength >= 0}, false)
	if errors.Is(err, errEntityTooLarge) {
		return nil, errMessageTooLong
	}
	if err != nil {
		return nil, err
	}
	if want != nil && [16]byte(want) != u.md5 {
		return nil, errBadDigest
	}
	r, err := u.open(0, u.n)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

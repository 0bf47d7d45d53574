package event

import "unicode/utf8"

// byteOrderMark is U+FEFF in UTF-8. Editors of Windows put it in front of files.
const byteOrderMark = "\ufeff"

// otherEncoding names the encoding of a payload that is not in UTF-8: UTF-16 or GBK, which hand-made events saved on Chinese
// Windows are in. Repairing these with U+FFFD would make keys of objects that are not there. It returns "" for what is in UTF-8,
// and for invalid bytes that do not look like either.
func otherEncoding(s string, valid bool) string {
	if len(s) >= 2 {
		switch {
		case s[0] == 0xff && s[1] == 0xfe, s[0] == 0xfe && s[1] == 0xff, s[0] == 0 && s[1] != 0, s[0] != 0 && s[1] == 0:
			return "UTF-16"
		}
	}
	if !valid && isGBK(s) {
		return "GBK"
	}
	return ""
}

// isGBK reports whether everything beyond ASCII is a pair of bytes as GBK has them, and at least one is a character of GB 2312,
// which has all that are common. Text in UTF-8 with a few broken bytes, or in Latin-1, is seldom so.
func isGBK(s string) bool {
	wide, broken := 0, 0 // runes of Chinese text in UTF-8, and bytes that are not UTF-8
	for _, r := range s {
		if r == utf8.RuneError {
			broken++
		} else if r >= 0x800 {
			wide++
		}
	}
	if wide >= broken {
		return false
	}
	common := false
	for i := 0; i < len(s); i++ {
		if s[i] < 0x80 {
			continue
		}
		if i+1 == len(s) {
			return false
		}
		lead, trail := s[i], s[i+1]
		if lead == 0x80 || lead == 0xff || trail < 0x40 || trail == 0x7f || trail == 0xff {
			return false
		}
		cutRune := lead >= 0xe0 && trail < 0xc0 // could be a character in UTF-8 without its last byte
		common = common || !cutRune && lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1
		i++
	}
	return common
}

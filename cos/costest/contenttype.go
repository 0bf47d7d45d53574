package costest

import "strings"

// typeOfKey is the Content-Type the service gives an object that came without: by the extension of its key; "" where that says
// nothing, and then answers have application/octet-stream. The table is the fake's own, because what the mime package knows
// depends on the machine.
func typeOfKey(key string) string {
	i := strings.LastIndexByte(key, '.')
	if i < 0 || len(key)-i > 8 || strings.IndexByte(key[i:], '/') >= 0 {
		return ""
	}
	return typesByExtension[lower(key[i+1:])]
}

var typesByExtension = map[string]string{
	"7z": "application/x-7z-compressed", "aac": "audio/aac", "apk": "application/vnd.android.package-archive", "avi": "video/x-msvideo",
	"avif": "image/avif", "bmp": "image/bmp", "bz2": "application/x-bzip2", "css": "text/css", "csv": "text/csv", "doc": "application/msword",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "epub": "application/epub+zip", "flac": "audio/flac",
	"flv": "video/x-flv", "gif": "image/gif", "gz": "application/gzip", "heic": "image/heic", "heif": "image/heif", "htm": "text/html", "html": "text/html",
	"ico": "image/x-icon", "ics": "text/calendar", "ipa": "application/octet-stream", "jar": "application/java-archive", "jpeg": "image/jpeg",
	"jpg": "image/jpeg", "js": "application/javascript", "json": "application/json", "jsonl": "application/x-ndjson", "m3u8": "application/vnd.apple.mpegurl",
	"m4a": "audio/mp4", "m4v": "video/x-m4v", "md": "text/markdown", "mid": "audio/midi", "mjs": "application/javascript", "mkv": "video/x-matroska", "mov": "video/quicktime",
	"mp3": "audio/mpeg", "mp4": "video/mp4", "mpeg": "video/mpeg", "mpg": "video/mpeg", "oga": "audio/ogg", "ogg": "audio/ogg", "ogv": "video/ogg",
	"otf": "font/otf", "pdf": "application/pdf", "png": "image/png", "ppt": "application/vnd.ms-powerpoint",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", "rar": "application/x-rar-compressed", "rtf": "application/rtf",
	"sh": "application/x-sh", "svg": "image/svg+xml", "tar": "application/x-tar", "tgz": "application/gzip", "tif": "image/tiff", "tiff": "image/tiff", "ts": "video/mp2t",
	"ttf": "font/ttf", "txt": "text/plain", "wasm": "application/wasm", "wav": "audio/wav", "webm": "video/webm", "webp": "image/webp",
	"wmv": "video/x-ms-wmv", "woff": "font/woff", "woff2": "font/woff2", "xhtml": "application/xhtml+xml", "xls": "application/vnd.ms-excel",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xml": "text/xml", "yaml": "application/yaml", "yml": "application/yaml",
	"zip": "application/zip", "zst": "application/zstd",
}

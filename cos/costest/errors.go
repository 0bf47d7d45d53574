package costest

import (
	"fmt"
	"net/http"
)

// Error is an error of the service: what the XML body of a failed request says. The zero value formats. The codes are those of
// the COS document "Error Codes" (436/7730; of its versions the newest counts), and of an operation's own document.
type Error struct {
	// Status is the HTTP status, 403 for example.
	Status int
	// Code is the name clients switch on, "AccessDenied" for example.
	Code string
	// Message is for people.
	Message string

	// What a refused signature shows besides: what the server signed.
	stringToSign, formatString string
}

// Error returns the status, the code and the message.
func (e *Error) Error() string {
	return fmt.Sprintf("cos: %d %s: %s", e.Status, e.Code, e.Message)
}

// Is reports whether target is an *Error with the same code, whatever its message: errors.Is(err, &Error{Code: "NoSuchKey"}).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Status == 0 || t.Status == e.Status)
}

// with returns a copy of e with another message.
func (e *Error) with(format string, args ...any) *Error {
	out := *e
	out.Message = fmt.Sprintf(format, args...)
	return &out
}

func newError(status int, code, message string) *Error {
	return &Error{Status: status, Code: code, Message: message}
}

// The errors of the service that more than one operation gives.
var (
	errAccessDenied        = newError(http.StatusForbidden, "AccessDenied", "Access Denied.")
	errExpired             = newError(http.StatusForbidden, "AccessDenied", "Request has expired")
	errSkewed              = newError(http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the server's time is too large.")
	errNoSuchAccessKey     = newError(http.StatusForbidden, "InvalidAccessKeyId", "The Access Key Id you provided does not exist in our records")
	errSignature           = newError(http.StatusForbidden, "SignatureDoesNotMatch", "The Signature you specified is invalid.")
	errExpiredToken        = newError(http.StatusBadRequest, "ExpiredToken", "The provided token has expired.")
	errNoSuchBucket        = newError(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist.")
	errNoSuchKey           = newError(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	errNoSuchVersion       = newError(http.StatusNotFound, "NoSuchVersion", "The specified version does not exist.")
	errNoSuchUpload        = newError(http.StatusNotFound, "NoSuchUpload", "The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.")
	errMethodNotAllowed    = newError(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	errBucketExists        = newError(http.StatusConflict, "BucketAlreadyExists", "The requested bucket name is not available.")
	errBucketOwned         = newError(http.StatusConflict, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")
	errBucketNotEmpty      = newError(http.StatusConflict, "BucketNotEmpty", "The bucket you tried to delete is not empty.")
	errInvalidBucketName   = newError(http.StatusBadRequest, "InvalidBucketName", "The specified bucket is not valid.")
	errInvalidBucketState  = newError(http.StatusConflict, "InvalidBucketState", "The request is not valid with the current state of the bucket.")
	errInvalidURI          = newError(http.StatusBadRequest, "InvalidURI", "Could not parse the specified URI.")
	errInvalidArgument     = newError(http.StatusBadRequest, "InvalidArgument", "Invalid Argument.")
	errInvalidDigest       = newError(http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified is not valid.")
	errBadDigest           = newError(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.")
	errInvalidSHA1         = newError(http.StatusBadRequest, "InvalidSHA1Digest", "The x-cos-content-sha1 you specified did not match what we received.")
	errIncompleteBody      = newError(http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header.")
	errRequestTimeout      = newError(http.StatusBadRequest, "RequestTimeOut", "Your socket connection to the server was not read from or written to within the timeout period.")
	errMissingLength       = newError(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	errEntityTooLarge      = newError(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
	errEntityTooSmall      = newError(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed object size.")
	errMessageTooLong      = newError(http.StatusBadRequest, "XMLSizeLimit", "The document in the body is too large.")
	errKeyTooLong          = newError(http.StatusBadRequest, "KeyTooLong", "Your key is too long.")
	errMetadataTooLarge    = newError(http.StatusBadRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size.")
	errMalformedXML        = newError(http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema.")
	errMissingBody         = newError(http.StatusBadRequest, "MissingRequestBodyError", "Request body is empty.")
	errMalformedPolicy     = newError(http.StatusBadRequest, "MalformedPolicy", "The policy is not valid JSON or is incomplete.")
	errMalformedPost       = newError(http.StatusBadRequest, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
	errNotMultipart        = newError(http.StatusBadRequest, "RequestIsNotMultiPartContent", "Bucket POST must be of the enclosure-type multipart/form-data.")
	errKeyField            = newError(http.StatusBadRequest, "UserKeyMustBeSpecified", "The bucket POST must contain the specified field name.")
	errInvalidPolicy       = newError(http.StatusBadRequest, "InvalidPolicyDocument", "The content of the form does not meet the conditions specified in the policy document.")
	errInvalidPart         = newError(http.StatusBadRequest, "InvalidPart", "One or more of the specified parts could not be found.")
	errInvalidPartOrder    = newError(http.StatusBadRequest, "InvalidPartOrder", "The list of parts was not in ascending order.")
	errPrecondition        = newError(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the preconditions you specified did not hold.")
	errNotModified         = newError(http.StatusNotModified, "NotModified", "Not Modified")
	errInvalidRange        = newError(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range cannot be satisfied.")
	errNotAppendable       = newError(http.StatusConflict, "ObjectNotAppendable", "The object is not appendable.")
	errAppendPosition      = newError(http.StatusConflict, "AppendPositionErr", "The position is not equal to the length of the object.")
	errFileExists          = newError(http.StatusConflict, "FileAlreadyExists", "The object exists and x-cos-forbid-overwrite is true.")
	errInvalidObjectState  = newError(http.StatusForbidden, "InvalidObjectState", "The operation is not valid for the object's storage class.")
	errRestoreInProgress   = newError(http.StatusConflict, "RestoreAlreadyInProgress", "Object restore is already in progress.")
	errStorageClass        = newError(http.StatusBadRequest, "NotSupportedStorageClass", "The storage class you specified is not supported.")
	errInvalidTag          = newError(http.StatusBadRequest, "InvalidTag", "The tags you specified are not valid.")
	errVersioningNotOpen   = newError(http.StatusBadRequest, "BucketVersionNotOpen", "Versioning is not enabled for the bucket.")
	errInvalidCopySource   = newError(http.StatusBadRequest, "InvalidCopySource", "Copy source must mention the source bucket and key: bucketname-appid.cos.region.myqcloud.com/key.")
	errCORSForbidden       = newError(http.StatusForbidden, "AccessForbidden", "CORSResponse: this CORS request is not allowed.")
	errSSECustomerRequired = newError(http.StatusBadRequest, "SsecDecryptHeaderInvalid", "The object was stored with a customer's key: the same key must be given.")
	errNoSuchCopySource    = newError(http.StatusNotFound, "NoSuchCopySource", "The specified copy source does not exist.")
	errRestoreNonArchive   = newError(http.StatusMethodNotAllowed, "RestoreNonArchiveObject", "The object is not archived: there is nothing to restore.")
	errInvalidObjectName   = newError(http.StatusBadRequest, "InvalidObjectName", "The specified key is not valid.")
	errPathStyle           = newError(http.StatusForbidden, "PathStyleDomainForbidden", "The bucket you are attempting to access must be addressed using COS virtual-styled domain.")
	errDownloadForbidden   = newError(http.StatusForbidden, "DownloadForbidden", "The APK/IPA file is not allowed to be distributed using a COS default domain, please use a custom domain instead.")
	errInternal            = newError(http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
)

// notImplemented is the answer to an operation of the service that this fake does not have.
func notImplemented(op string) *Error {
	return newError(http.StatusNotImplemented, "NotImplemented", op+" is not implemented")
}

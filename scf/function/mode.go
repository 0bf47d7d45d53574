package function

import (
	"errors"
	"os"
	"strconv"
)

// Mode is how a process gets its events.
type Mode string

const (
	// ModeAuto lets the environment decide, see [WithMode].
	ModeAuto Mode = ""
	// ModeGo1 is the Go1 runtime: the platform dials the process and speaks Go's RPC.
	ModeGo1 Mode = "go1"
	// ModeCustom is the Custom Runtime: the process asks the platform for events over HTTP.
	ModeCustom Mode = "custom"
	// ModeImage is a function deployed as an image: the platform posts events to the process.
	ModeImage Mode = "image"
	// ModeLocal handles one event from a file or from standard input, then ends.
	ModeLocal Mode = "local"
)

// Variables of the environment. Those with COSEVENT are ours, the others are set by the platform.
const (
	envGo1Port    = "_LAMBDA_SERVER_PORT"
	envCustomHost = "SCF_RUNTIME_API"
	envCustomPort = "SCF_RUNTIME_API_PORT"
	envInside     = "TENCENTCLOUD_RUNENV"
	envMode       = "COSEVENT_MODE"
	envHost       = "COSEVENT_HOST"
)

// listenHost returns the host to listen on: all, because the platform dials from outside, unless the environment names one.
func listenHost() string {
	if host := os.Getenv(envHost); host != "" {
		return host
	}
	return "0.0.0.0"
}

// detectMode returns the mode that the environment asks for.
func detectMode(getenv func(string) string) (Mode, error) {
	switch m := Mode(getenv(envMode)); m {
	case ModeAuto:
	case ModeGo1, ModeCustom, ModeImage, ModeLocal:
		return m, nil
	default:
		return "", errors.New("function: " + envMode + " is " + strconv.Quote(string(m)) + ", want go1, custom, image or local")
	}
	switch {
	case getenv(envGo1Port) != "":
		return ModeGo1, nil
	case getenv(envCustomHost) != "":
		return ModeCustom, nil
	case getenv(envInside) == "SCF":
		return ModeImage, nil
	}
	return ModeLocal, nil
}

// resolveMode returns the mode of the options, or that of the environment.
func (o *options) resolveMode() (Mode, error) {
	switch o.mode {
	case ModeAuto:
		return detectMode(os.Getenv)
	case ModeGo1, ModeCustom, ModeImage, ModeLocal:
		return o.mode, nil
	}
	return "", errors.New("function: WithMode was given " + strconv.Quote(string(o.mode)) + ", want go1, custom, image or local")
}

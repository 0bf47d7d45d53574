package scf

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
)

var missingFunction = refusal{"ResourceNotFound.Function", "none"}

func made(extra obj) obj {
	o := obj{"Status": "Active", "Runtime": "Go1", "Handler": "main", "MemorySize": 128, "Timeout": 30}
	for k, v := range extra {
		o[k] = v
	}
	return o
}

// The first request's answer is lost and it takes effect only after the look: the repeat is refused, and that is no failure.
func TestCreateThatCameLate(t *testing.T) {
	for name, c := range map[string]struct {
		there obj
		ours  bool
	}{
		"ours":       {made(nil), true},
		"another's":  {made(obj{"MemorySize": 1024}), false},
		"by another": {made(obj{"Runtime": "CustomRuntime"}), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStandIn(t, map[string]func(call) any{
				"GetFunction":    inTurn(missingFunction, missingFunction, c.there),
				"CreateFunction": inTurn(dropped{}, refusal{"ResourceInUse.FunctionName", "there"}),
			})
			err := s.client(t).Create(context.Background(), testFunction(t))
			require.Equal(t, 2, s.count("CreateFunction"))
			require.Zero(t, s.count("DeleteFunction"))
			if c.ours {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, ErrExists)
			}
		})
	}
}

// A function whose creation fails is deleted, and the error says why it failed.
func TestCreateFailedIsCleanedUp(t *testing.T) {
	failed := obj{"Status": "CreateFailed", "StatusDesc": "no entry file"}
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction":    inTurn(missingFunction, obj{"Status": "Creating"}, failed, failed, obj{"Status": "Deleting"}, missingFunction),
		"CreateFunction": always(obj{}),
		"DeleteFunction": always(obj{}),
	})
	err := s.client(t).Create(context.Background(), testFunction(t))
	var state *StateError
	require.ErrorAs(t, err, &state)
	require.Equal(t, StateCreateFailed, state.State)
	require.ErrorContains(t, err, "no entry file")
	require.Equal(t, 1, s.count("DeleteFunction"))

	s = newStandIn(t, map[string]func(call) any{
		"GetFunction":    inTurn(missingFunction, failed),
		"CreateFunction": always(obj{}),
		"DeleteFunction": always(refusal{"UnauthorizedOperation.CAM", "no"}),
	})
	err = s.client(t).Create(context.Background(), testFunction(t))
	require.ErrorAs(t, err, &state)
	require.ErrorIs(t, err, ErrDenied)
	require.ErrorContains(t, err, "function fn could not be deleted again")
}

// What an earlier, failed creation left behind is replaced.
func TestCreateOverFailedCreation(t *testing.T) {
	for name, create := range map[string]func(*Client) error{
		"create": func(c *Client) error { return c.Create(context.Background(), testFunction(t)) },
		"deploy": func(c *Client) error {
			ch, err := c.DeployReport(context.Background(), testFunction(t))
			require.Equal(t, "its creation had failed", ch.Reason)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			failed := obj{"Status": "CreateFailed"}
			s := newStandIn(t, map[string]func(call) any{
				"GetFunction":    inTurn(failed, failed, missingFunction, made(nil)),
				"CreateFunction": always(obj{}),
				"DeleteFunction": always(obj{}),
			})
			require.NoError(t, create(s.client(t)))
			require.Equal(t, 1, s.count("DeleteFunction"))
			require.Equal(t, 1, s.count("CreateFunction"))
		})
	}
}

func TestFailureOfTheCreationIsReadBack(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction":    inTurn(missingFunction, made(nil)),
		"CreateFunction": always(refusal{"FailedOperation.CreateFunction", "something went wrong"}),
	})
	require.NoError(t, s.client(t).Create(context.Background(), testFunction(t)), "it is there after all")
	require.Equal(t, 1, s.count("CreateFunction"))
}

// An update that had failed is mended by sending the code again.
func TestDeployMendsFailedUpdate(t *testing.T) {
	code := testCode(t)
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction":        inTurn(made(obj{"Status": "UpdateFailed", "StatusDesc": "disk full"}), made(nil)),
		"GetFunctionAddress": always(obj{"CodeSha256": strings.ToUpper(code.SHA256())}),
		"UpdateFunctionCode": always(obj{}),
	})
	ch, err := s.client(t).DeployReport(context.Background(), testFunction(t))
	require.NoError(t, err)
	require.Equal(t, "fn: updated\n  State: UpdateFailed -> Active (disk full)", ch.String())
}

// A function that is busy when the update comes is waited for.
func TestUpdateWaitsForOthers(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction":        inTurn(made(nil), made(obj{"Status": "Updating"}), made(nil)),
		"GetFunctionAddress": always(obj{"CodeSha256": testCode(t).SHA256()}),
		"UpdateFunctionConfiguration": inTurn(
			refusal{"FailedOperation.UpdateFunctionConfiguration", "当前函数状态无法进行此操作，请在函数状态正常时重试。"}, obj{}),
	})
	f := testFunction(t)
	f.Memory = 256
	ch, err := s.client(t).DeployReport(context.Background(), f)
	require.NoError(t, err)
	require.Equal(t, Updated, ch.Change)
	require.Equal(t, 2, s.count("UpdateFunctionConfiguration"))
	body := s.last("UpdateFunctionConfiguration").body
	require.Equal(t, obj{"FunctionName": "fn", "Namespace": "default", "MemorySize": 256.0}, body, "only what differs is sent")
}

func TestDeployWithoutHash(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction": always(made(nil)), "GetFunctionAddress": always(obj{}), "UpdateFunctionCode": always(obj{}),
	})
	ch, err := s.client(t).DeployReport(context.Background(), testFunction(t))
	require.NoError(t, err)
	require.Contains(t, ch.String(), "the service does not tell the hash")
}

func TestCreateSendsWhatWasAsked(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction": inTurn(missingFunction, made(nil)), "CreateFunction": always(obj{}),
	})
	f := testFunction(t)
	f.Log = &Log{Auto: true}
	require.NoError(t, s.client(t).Create(context.Background(), f))
	body := s.last("CreateFunction").body
	require.NotEmpty(t, body["Code"].(obj)["ZipFile"])
	delete(body, "Code")
	require.Equal(t, obj{"FunctionName": "fn", "Namespace": "default", "Type": "Event", "Runtime": "Go1", "Handler": "main", "CodeSource": "ZipFile",
		"MemorySize": 128.0, "Timeout": 30.0, "AutoCreateClsTopic": "TRUE", "AutoDeployClsTopicIndex": "TRUE"}, body)
}

func TestDeleteFailed(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction":    inTurn(made(nil), obj{"Status": "Deleting"}, obj{"Status": "DeleteFailed", "StatusDesc": "in use"}),
		"DeleteFunction": always(obj{}),
	})
	err := s.client(t).Delete(context.Background(), "fn")
	var state *StateError
	require.ErrorAs(t, err, &state)
	require.ErrorContains(t, err, "in use")
	s = newStandIn(t, map[string]func(call) any{"GetFunction": inTurn(obj{"Status": "Deleting"}, missingFunction)})
	require.NoError(t, s.client(t).Delete(context.Background(), "fn"), "it was being deleted")
	require.Zero(t, s.count("DeleteFunction"))
}

// When the context ends while the service makes the function, it is left to become active, and a deployment picks it up.
func TestCreateIsInterrupted(t *testing.T) {
	leak.Check(t)
	creating := obj{"Status": "Creating"}
	ctx, cancel := context.WithCancel(context.Background())
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction": func(c call) any {
			switch {
			case c.n == 1:
				return missingFunction
			case c.n < 4:
				return creating
			case c.n == 4:
				cancel()
				return creating
			}
			return made(nil)
		},
		"CreateFunction":     always(obj{}),
		"GetFunctionAddress": always(obj{"CodeSha256": testCode(t).SHA256()}),
	})
	c := s.client(t)
	err := c.Create(ctx, testFunction(t))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "left to become active")
	require.ErrorContains(t, err, "Creating")
	require.Zero(t, s.count("DeleteFunction"))
	ch, err := c.DeployReport(context.Background(), testFunction(t))
	require.NoError(t, err)
	require.Equal(t, Unchanged, ch.Change)
}

func TestDeployOverDeletion(t *testing.T) {
	for name, deploy := range map[string]func(c *Client) error{
		"deploy": func(c *Client) error { _, err := c.Deploy(context.Background(), testFunction(t)); return err },
		"create": func(c *Client) error { return c.Create(context.Background(), testFunction(t)) },
	} {
		s := newStandIn(t, map[string]func(call) any{
			"GetFunction":    inTurn(obj{"Status": "Deleting"}, obj{"Status": "Deleting"}, missingFunction, made(nil)),
			"CreateFunction": always(obj{}),
		})
		require.NoError(t, deploy(s.client(t)), name)
		require.Equal(t, 1, s.count("CreateFunction"), name)
	}
}

// Made by someone else between the look and the request: then it is an update.
func TestDeployLosesTheRace(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction":                 inTurn(missingFunction, made(nil)),
		"CreateFunction":              always(refusal{"ResourceInUse.Function", "there"}),
		"GetFunctionAddress":          always(obj{"CodeSha256": testCode(t).SHA256()}),
		"UpdateFunctionConfiguration": always(obj{}),
	})
	f := testFunction(t)
	f.Memory = 256
	ch, err := s.client(t).DeployReport(context.Background(), f)
	require.NoError(t, err)
	require.Equal(t, Updated, ch.Change)
	require.Equal(t, 1, s.count("CreateFunction"))
}

func TestDeployOverWebFunction(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{"GetFunction": always(made(obj{"Type": "HTTP"}))})
	_, err := s.client(t).Deploy(context.Background(), testFunction(t))
	require.ErrorIs(t, err, ErrConflict)
	require.ErrorContains(t, err, "type HTTP")
}

package event

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRegistryIsComplete reads the source: every struct that embeds Base and every Type constant must be in the registry.
func TestRegistryIsComplete(t *testing.T) {
	structs, constants := map[string]bool{}, map[string]bool{}
	for _, file := range []string{"event.go", "type.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if ok {
				if s, ok := spec.Type.(*ast.StructType); ok && len(s.Fields.List) == 1 && len(s.Fields.List[0].Names) == 0 {
					structs[spec.Name.Name] = true
				}
			}
			if v, ok := n.(*ast.ValueSpec); ok && v.Type != nil && fmt.Sprint(v.Type) == "Type" {
				constants[strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`)] = true
			}
			return true
		})
	}
	require.Len(t, structs, len(kinds)+1, "one struct for each kind, and Unknown")
	require.Len(t, constants, len(kinds))
	for i := -1; i < len(kinds); i++ {
		var k kind
		if i >= 0 {
			k = kinds[i]
		}
		x := new(box)
		e := x.typed(i)
		name := strings.TrimPrefix(fmt.Sprintf("%T", e), "*event.")
		assert.True(t, structs[name], name)
		delete(structs, name)
		assert.Same(t, &x.event.Base, e.Common())
		assert.Same(t, &x.record, e.Common().Record)
		assert.Equal(t, i, goType(e), "route.go has it too")
		if k.typ != "" {
			assert.True(t, constants[string(k.typ)], k.typ)
			assert.Equal(t, strings.ReplaceAll(strings.TrimPrefix(strings.TrimSuffix(string(k.typ), ":*"), "cos:"), ":", ""), name,
				"the struct is named for the type")
		}
	}
	assert.Empty(t, structs)
}

func TestTypes(t *testing.T) {
	types := Types()
	assert.Equal(t, []Type{
		TypeObjectCreatedPut, TypeObjectCreatedPost, TypeObjectCreatedCopy, TypeObjectCreatedCompleteMultipartUpload, TypeObjectCreatedAppend,
		TypeObjectCreatedOrigin, TypeObjectCreatedReplication, TypeObjectRemoveDelete, TypeObjectRemoveDeleteMarkerCreated,
		TypeObjectRestorePost, TypeObjectRestoreCompleted,
	}, types)
	types[0] = "changed"
	assert.Equal(t, TypeObjectCreatedPut, Types()[0], "the slice is the caller's")
}

func TestParseType(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Type
		ok   bool
	}{
		{"cos:ObjectCreated:Put", TypeObjectCreatedPut, true},
		{"cos: ObjectRemove:Delete", TypeObjectRemoveDelete, true},
		{"cos: ObjectCreated: *", AnyObjectCreated, true},
		{" cos:ObjectRemove:* ", AnyObjectRemove, true},
		{"ObjectCreated:Put", TypeObjectCreatedPut, true},
		{"ObjectRestore: Completed", TypeObjectRestoreCompleted, true},
		{"\tcos:ObjectCreated:\u3000Post\n", TypeObjectCreatedPost, true},
		{"cos:InventoryReportCreated:Put", "cos:InventoryReportCreated:Put", false},
		{"cos:ObjectRemoved:Delete", "cos:ObjectRemoved:Delete", false},
		{"cos:objectcreated:put", "cos:objectcreated:put", false},
		{"s3:ObjectCreated:Put", "s3:ObjectCreated:Put", false},
		{"", "", false},
	} {
		have, err := ParseType(tt.in)
		assert.Equal(t, tt.want, have, tt.in)
		if tt.ok {
			assert.NoError(t, err, tt.in)
		} else {
			assert.ErrorIs(t, err, ErrUnknownType, tt.in)
		}
	}
	for _, typ := range Types() {
		have, err := ParseType(string(typ))
		assert.NoError(t, err)
		assert.Equal(t, typ, have)
	}
}

func TestFamilyAndMatches(t *testing.T) {
	families := map[Family]int{}
	for _, typ := range Types() {
		families[typ.Family()]++
	}
	assert.Equal(t, map[Family]int{FamilyCreated: 7, FamilyRemove: 2, FamilyRestore: 2}, families)
	for _, tt := range []struct {
		typ, rule Type
		want      bool
	}{
		{TypeObjectCreatedPut, TypeObjectCreatedPut, true},
		{TypeObjectCreatedPut, TypeObjectCreatedPost, false},
		{TypeObjectCreatedPut, AnyObjectCreated, true},
		{TypeObjectCreatedPut, AnyObjectRemove, false},
		{AnyObjectCreated, AnyObjectCreated, true},
		{AnyObjectCreated, TypeObjectCreatedPut, false},
		{TypeObjectRemoveDeleteMarkerCreated, TypeObjectRemoveDelete, false},
		{TypeObjectRemoveDelete, TypeObjectRemoveDeleteMarkerCreated, false},
		{TypeObjectRemoveDeleteMarkerCreated, AnyObjectRemove, true},
		{TypeObjectRestorePost, "cos:ObjectRestore:*", true},
		{"cos:ObjectCreated:Later", AnyObjectCreated, true},
		{"cos:ObjectCreatedLater:Put", AnyObjectCreated, false},
		{"cos:ObjectCreated:", AnyObjectCreated, false},
		{"", "", false},
		{"", AnyObjectCreated, false},
	} {
		assert.Equal(t, tt.want, tt.typ.Matches(tt.rule), "%s for %s", tt.typ, tt.rule)
	}
	assert.Equal(t, FamilyCreated, Type("cos:ObjectCreated:Later").Family())
	assert.Equal(t, FamilyUnknown, Type("cos:InventoryReportCreated:Put").Family())
	assert.Equal(t, []string{"unknown", "created", "remove", "restore"},
		[]string{FamilyUnknown.String(), FamilyCreated.String(), FamilyRemove.String(), FamilyRestore.String()})
	assert.Equal(t, "cos:ObjectCreated:Put", TypeObjectCreatedPut.String())
}

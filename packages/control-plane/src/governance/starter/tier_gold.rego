package datamesh.certification.gold

product := input._facts.product

published := input._facts.published

default described(_, _) := ""

described(table, name) := text if {
	some field in product.schema.tables[table].fields
	lower(field.name) == lower(name)
	text := field.description
}

silent(table, column) if {
	trim_space(described(table.name, column.name)) == ""
	trim_space(column.description) == ""
}

deny contains {
	"msg": "It is not described.",
	"path": "metadata.description",
	"fix": "Say in metadata.description what one row is and what it is good for.",
} if {
	trim_space(product.description) == ""
}

deny contains {
	"msg": sprintf("%s of %s %s no description.", [counted(names), table.name, has(names)]),
	"path": "spec.schema",
	"fix": "Write description: … beside each of them in spec.schema.",
} if {
	some table in published.tables
	names := [column.name | some column in table.columns; silent(table, column)]
	count(names) > 0
}

deny contains {
	"msg": "No page tells more about it.",
	"path": "spec.documentation",
	"fix": "Put a README.md beside the manifest and name it: spec.documentation: { readme: README.md }",
} if {
	not documented
	count(object.get(product, "links", [])) == 0
}

documented if {
	some text in product.documentation
	trim_space(text) != ""
}

deny contains {
	"msg": "It does not say where its data comes from.",
	"path": "spec.input_ports",
	"fix": "Declare its sources in spec.input_ports.",
} if {
	count(product.inputPorts) == 0
	count(product.lineage.upstream) == 0
}

deny contains {
	"msg": sprintf("Columns of %s could not be followed to their source: %s.", [unknown.model, unknown.reason]),
	"path": "spec.transforms",
	"fix": sprintf("Write %s with operators whose columns can be followed, then publish.", [unknown.model]),
} if {
	some unknown in published.unknown
}

counted(names) := sprintf("Column %s", names) if count(names) == 1

counted(names) := sprintf("Columns %s", [concat(", ", names)]) if {
	count(names) > 1
	count(names) <= 4
}

counted(names) := sprintf("Columns %s and %d more", [concat(", ", array.slice(names, 0, 3)), count(names) - 3]) if count(names) > 4

has(names) := "has" if count(names) == 1

has(names) := "have" if count(names) > 1

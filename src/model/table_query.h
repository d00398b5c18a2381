#pragma once
#include "model/query_support.h"
#include "model/shapes.h"

/// Codecs of the query protocols for structures that have a table (`Tabled`): forms in, XML out. In awsQuery
/// lists are `X.member.N` (or `X.N` when flattened) and maps `X.entry.N.key`/`.value`; in EC2's dialect every
/// list of a form is `X.N`.
namespace berth::model {

enum class FormDialect { aws_query, ec2 };

/// Writes the members of a structure but no element around them.
void encode_xml_tabled(XmlWriter& writer, const StructureShape& shape, const void* value);
/// False after at least one problem was noted. Parameters that the structure does not have are ignored.
bool decode_form_tabled(const QueryTree& tree, const StructureShape& shape, void* out, DecodeContext& context,
                        FormDialect dialect);

template <Tabled T>
void encode_xml(XmlWriter& writer, const T& value) {
  encode_xml_tabled(writer, shape_of(&value), &value);
}
template <Tabled T>
bool decode_query(const QueryTree& tree, T& out, DecodeContext& context,
                  FormDialect dialect = FormDialect::aws_query) {
  return decode_form_tabled(tree, shape_of(&out), &out, context, dialect);
}

}  // namespace berth::model

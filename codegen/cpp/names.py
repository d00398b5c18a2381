"""Names of the model turned into C++ names."""

import re

KEYWORDS = frozenset("""
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class co_await
co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype default delete do
double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace
new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return
short signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef
typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq
""".split())

# Words that the rule for capitals would cut in two.
_WHOLE = {"MiB": "Mib", "GiB": "Gib", "KiB": "Kib", "IPv4": "Ipv4", "IPv6": "Ipv6", "IDs": "Ids", "ARNs": "Arns"}


def snake(name: str) -> str:
    """`taskDefinitionArn` -> `task_definition_arn`, `enableECSManagedTags` -> `enable_ecs_managed_tags`."""
    for word, replacement in _WHOLE.items():
        name = name.replace(word, replacement)
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"\W", "_", name).lower()


def safe(name: str) -> str:
    """`name`, with a trailing underscore where C++ has taken the word."""
    return name + "_" if name in KEYWORDS else name


def member_name(name: str) -> str:
    return safe(snake(name))


def enumerator(name: str) -> str:
    """Of the name (not the value) of an enum's member: `DISTINCT_INSTANCE` -> `distinct_instance`."""
    return safe(name.lower())


def type_name(name: str) -> str:
    return name[0].upper() + name[1:]


def literal(text: str) -> str:
    """A C++ string literal of ASCII; other bytes are written in octal, which cannot run into what follows."""
    out = []
    for byte in text.encode("utf-8"):
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif 0x20 <= byte < 0x7F:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'

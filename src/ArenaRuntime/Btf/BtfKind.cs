// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>Kind of a BTF type, numbered as in the format.</summary>
public enum BtfKind
{
    /// <summary>The type with id 0.</summary>
    Void = 0,

    /// <summary>An integer, character or boolean.</summary>
    Int = 1,

    /// <summary>A pointer.</summary>
    Pointer = 2,

    /// <summary>An array.</summary>
    Array = 3,

    /// <summary>A struct.</summary>
    Struct = 4,

    /// <summary>A union.</summary>
    Union = 5,

    /// <summary>An enum of at most 32 bits.</summary>
    Enum = 6,

    /// <summary>A forward declaration.</summary>
    Forward = 7,

    /// <summary>A typedef.</summary>
    Typedef = 8,

    /// <summary>The volatile qualifier.</summary>
    Volatile = 9,

    /// <summary>The const qualifier.</summary>
    Const = 10,

    /// <summary>The restrict qualifier.</summary>
    Restrict = 11,

    /// <summary>A function; its type is a <see cref="FunctionPrototype"/>.</summary>
    Function = 12,

    /// <summary>A function's parameters and result.</summary>
    FunctionPrototype = 13,

    /// <summary>A variable.</summary>
    Variable = 14,

    /// <summary>A section with the variables in it.</summary>
    DataSection = 15,

    /// <summary>A floating-point number.</summary>
    Float = 16,

    /// <summary>A tag on a struct, field, function, parameter or variable.</summary>
    DeclarationTag = 17,

    /// <summary>A tag on the type that a pointer points to.</summary>
    TypeTag = 18,

    /// <summary>An enum of 64 bits.</summary>
    Enum64 = 19,
}

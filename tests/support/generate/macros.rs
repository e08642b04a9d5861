//! Macros and other forms that are no function.

use super::Generator;
use super::tree::Tree;
use super::types::{self, Type, list, map, optional, plain};

impl Generator {
    /// A macro or special form of this type, if there is one.
    pub(super) fn special(&mut self, ty: &Type, depth: usize) -> Option<Tree> {
        let depth = depth - 1;
        if self.rng.percent(15) {
            return Some(self.bind(ty, depth));
        }
        match ty {
            Type::Plain(name) if name == "bool" => Some(self.quantifier(ty, depth)),
            Type::Plain(name) if matches!(name.as_str(), "int" | "uint" | "double") => Some(self.extreme(ty, depth)),
            Type::Of(head, items) => match (head.as_str(), items.as_slice()) {
                ("list", [item]) => Some(self.list_macro(ty, item, depth)),
                ("map", [key, item]) => Some(self.map_macro(ty, key, item, depth)),
                (_, [item]) => Some(self.optional_form(ty, item, depth)),
                _ => None,
            },
            _ => None,
        }
    }

    fn bind(&mut self, ty: &Type, depth: usize) -> Tree {
        // Kubernetes' planner cannot bind the name of a type.
        let bound = Some(types::any(&mut self.rng, 1)).filter(|ty| !ty.is("type")).unwrap_or_else(|| plain("int"));
        let value = self.typed(&bound, depth);
        let name = self.fresh();
        let body = self.within(&[(name.clone(), bound)], ty, depth);
        Tree::of(ty, &format!("cel.bind({name}, $, $)"), vec![value, body])
    }

    /// `math.least` and `math.greatest` are macros, since they take any number of arguments.
    fn extreme(&mut self, ty: &Type, depth: usize) -> Tree {
        let function = self.rng.pick(&["math.least", "math.greatest"]).to_string();
        let arguments: Vec<_> = (0..=self.rng.below(3)).map(|_| self.typed(ty, depth)).collect();
        let pattern = format!("{function}({})", vec!["$"; arguments.len()].join(", "));
        Tree::of(ty, &pattern, arguments)
    }

    /// What a comprehension goes over, with the names and types of its two variables.
    fn range(&mut self, depth: usize) -> (Tree, [(String, Type); 2]) {
        let item = types::any(&mut self.rng, 1);
        let (ty, key) = if self.rng.percent(65) {
            (list(item.clone()), plain("int"))
        } else {
            let key = plain(self.rng.pick(&["string", "int"]));
            (map(key.clone(), item.clone()), key)
        };
        let range = self.typed(&ty, depth);
        (range, [(self.fresh(), key), (self.fresh(), item)])
    }

    fn quantifier(&mut self, ty: &Type, depth: usize) -> Tree {
        if self.rng.percent(20) {
            return self.presence(ty, depth);
        }
        let (range, [key, item]) = self.range(depth);
        if self.rng.percent(40) {
            let name = self.rng.pick(&["all", "exists", "existsOne"]).to_string();
            let body = self.condition(&[key.clone(), item.clone()], depth);
            return Tree::of(ty, &format!("$.{name}({}, {}, $)", key.0, item.0), vec![range, body]);
        }
        let name = self.rng.pick(&["all", "exists", "exists_one"]).to_string();
        let variable = single(&range, key, item);
        let body = self.condition(std::slice::from_ref(&variable), depth);
        Tree::of(ty, &format!("$.{name}({}, $)", variable.0), vec![range, body])
    }

    /// `has(m.a)`, with a map that may have it.
    fn presence(&mut self, ty: &Type, depth: usize) -> Tree {
        let value = types::any(&mut self.rng, 1);
        let operand = self.typed(&map(plain("string"), value), depth);
        let field = self.rng.pick(&["a", "b", "gone"]).to_string();
        Tree::of(ty, &format!("has($.{field})"), vec![operand])
    }

    fn list_macro(&mut self, ty: &Type, item: &Type, depth: usize) -> Tree {
        match self.rng.below(5) {
            0 => {
                let range = self.typed(ty, depth);
                let name = self.fresh();
                let body = self.condition(&[(name.clone(), item.clone())], depth);
                Tree::of(ty, &format!("$.filter({name}, $)"), vec![range, body])
            }
            1 => {
                let range = self.typed(ty, depth);
                let (name, key) = (self.fresh(), types::scalar(&mut self.rng));
                let body = self.within(&[(name.clone(), item.clone())], &key, depth);
                Tree::of(ty, &format!("$.sortBy({name}, $)"), vec![range, body])
            }
            2 => {
                let (range, [key, value]) = self.range(depth);
                let body = self.within(&[key.clone(), value.clone()], item, depth);
                Tree::of(ty, &format!("$.transformList({}, {}, $)", key.0, value.0), vec![range, body])
            }
            _ => {
                let (range, [key, value]) = self.range(depth);
                let name = single(&range, key, value);
                let filter = self.condition(std::slice::from_ref(&name), depth);
                let body = self.within(std::slice::from_ref(&name), item, depth);
                if self.rng.percent(30) {
                    return Tree::of(ty, &format!("$.map({}, $, $)", name.0), vec![range, filter, body]);
                }
                Tree::of(ty, &format!("$.map({}, $)", name.0), vec![range, body])
            }
        }
    }

    /// Over a map, so that the keys stay as they are.
    fn map_macro(&mut self, ty: &Type, key: &Type, item: &Type, depth: usize) -> Tree {
        let other = types::any(&mut self.rng, 1);
        let range = self.typed(&map(key.clone(), other.clone()), depth);
        let names = [(self.fresh(), key.clone()), (self.fresh(), other)];
        let body = self.within(&names, item, depth);
        let [(k, _), (v, _)] = &names;
        if self.rng.percent(30) {
            let filter = self.condition(&names, depth);
            return Tree::of(ty, &format!("$.transformMap({k}, {v}, $, $)"), vec![range, filter, body]);
        }
        Tree::of(ty, &format!("$.transformMap({k}, {v}, $)"), vec![range, body])
    }

    fn optional_form(&mut self, ty: &Type, item: &Type, depth: usize) -> Tree {
        if self.rng.percent(40) {
            let field = self.rng.pick(&["a", "b", "gone"]).to_string();
            let operand = self.typed(&map(plain("string"), item.clone()), depth);
            return Tree::of(ty, &format!("$.?{field}"), vec![operand]);
        }
        let (name, inner) = (self.fresh(), types::any(&mut self.rng, 1));
        let operand = self.typed(&optional(inner.clone()), depth);
        let (call, result) = if self.rng.percent(50) { ("optMap", item) } else { ("optFlatMap", ty) };
        let body = self.within(&[(name.clone(), inner)], result, depth);
        Tree::of(ty, &format!("$.{call}({name}, $)"), vec![operand, body])
    }
}

/// The variable of a comprehension with one: the keys of a map, the items of a list.
fn single(range: &Tree, key: (String, Type), item: (String, Type)) -> (String, Type) {
    if matches!(&range.ty, Type::Of(head, _) if head == "map") { key } else { item }
}
